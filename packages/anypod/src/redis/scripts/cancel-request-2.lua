-- Remembers that a request is cancelled, since it may not have arrived yet. Keeps only the newest, up to the number given.
--
-- KEYS[1] session   KEYS[2] cancelled
-- ARGV[1] request id (JSON)   ARGV[2] how long to remember, ms; 0: not at all   ARGV[3] how many to remember
-- Returns the session's field names; empty: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if tonumber(ARGV[2]) > 0 then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1 - ARGV[3])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return redis.call('HKEYS', KEYS[1])
