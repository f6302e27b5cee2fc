-- Forgets a running call.
--
-- KEYS[1] call
-- ARGV[1] run   ARGV[2] 1: only if nobody waits
-- Returns { 1 or 0 (kept, since pods wait), pods that wait ... }; nil: it has ended, or belongs to another run.

local call = redis.call('HMGET', KEYS[1], 'r', 'd')
if call[1] ~= ARGV[1] or call[2] then return false end
local reply = { 1 }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
end
if ARGV[2] == '1' and #reply > 1 then
  reply[1] = 0
  return reply
end
redis.call('DEL', KEYS[1])
return reply
