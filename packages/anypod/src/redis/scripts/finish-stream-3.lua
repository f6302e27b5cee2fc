-- Ends the log of an exchange without a last event, and tells who follows it.
--
-- KEYS[1] stream state   KEYS[2] stream   KEYS[3] streams
-- ARGV[1] stream   ARGV[2] how long to keep the log, ms
-- Returns { follower's pod or nil, follower's connection or nil }; nil: no such log.

local state = redis.call('HMGET', KEYS[1], 'n', 'd', 'p', 'c')
if not state[1] then return false end
if not state[2] then
  local time = redis.call('TIME')
  redis.call('HSET', KEYS[1], 'd', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  redis.call('ZADD', KEYS[3], 'XX', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2], ARGV[1])
end
return { state[3], state[4] }
