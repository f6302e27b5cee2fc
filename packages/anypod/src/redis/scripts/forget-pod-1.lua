-- Forgets a pod whose lease has run out.
--
-- KEYS[1] pods
-- ARGV[1] pod
-- Returns 1, or 0: it lives.

local time = redis.call('TIME')
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if ends and tonumber(ends) > time[1] * 1000 + math.floor(time[2] / 1000) then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
return 1
