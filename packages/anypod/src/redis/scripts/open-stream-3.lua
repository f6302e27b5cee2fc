-- Creates the log of an exchange, unless its session is gone. Forgets those of the session's logs that have expired.
--
-- KEYS[1] session   KEYS[2] stream state   KEYS[3] streams
-- ARGV[1] stream   ARGV[2] owner   ARGV[3] requests (JSON)   ARGV[4] idle time, ms   ARGV[5] the longest life of a log, ms
-- Returns 1, or 0: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[2], 'o', ARGV[2], 'q', ARGV[3], 'n', '0')
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], now + ARGV[4], ARGV[1])
redis.call('PEXPIRE', KEYS[3], ARGV[5])
return 1
