-- Stores the response of a call, even if the call was forgotten in the meantime.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] fingerprint   ARGV[3] response   ARGV[4] how long to keep it, ms
-- Returns the pods that wait; nil: it belongs to another run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] and call[1] ~= ARGV[1] then return false end
if call[2] then return {} end
local waiting = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then waiting[#waiting + 1] = string.sub(field, 3) end
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'f', ARGV[2], 'r', ARGV[1], 'd', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return waiting
