-- Counts a session that a caller begins, if it has fewer than allowed. A session that is begun twice counts once.
--
-- KEYS[1] the caller's sessions
-- ARGV[1] session   ARGV[2] how long it counts, ms   ARGV[3] limit
-- Returns 0, or the ms until the oldest no longer counts.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return math.max(1, (tonumber(oldest[2]) or now) - now)
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0
