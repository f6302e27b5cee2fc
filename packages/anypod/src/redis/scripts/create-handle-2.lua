-- Makes a handle, if its owner has fewer than allowed. A handle that is made twice is made once.
--
-- KEYS[1] handle   KEYS[2] the owner's handles
-- ARGV[1] id   ARGV[2] TTL, ms   ARGV[3] limit   ARGV[4...] fields and values of its first entries, in turns
-- Returns 1, or 0: the owner has too many.

if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if #redis.call('ZRANGE', KEYS[2], ARGV[3] - 1, ARGV[3] - 1) > 0 then return 0 end
redis.call('HSET', KEYS[1], 't', ARGV[2])
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), ARGV[1])
if redis.call('PTTL', KEYS[2]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[2], ARGV[2]) end
return 1
