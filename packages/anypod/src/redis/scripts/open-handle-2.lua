-- Renews a handle.
--
-- KEYS[1] handle   KEYS[2] the owner's handles
-- ARGV[1] id
-- Returns 1, or 0: there is no such handle.

local ttl = redis.call('HGET', KEYS[1], 't')
if not ttl then return 0 end
local time = redis.call('TIME')
redis.call('PEXPIRE', KEYS[1], ttl)
redis.call('ZADD', KEYS[2], string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ttl), ARGV[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ttl) then redis.call('PEXPIRE', KEYS[2], ttl) end
return 1
