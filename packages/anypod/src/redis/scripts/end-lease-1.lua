-- Ends a pod's lease now. Its entry stays until a pod forgets it.
--
-- KEYS[1] pods
-- ARGV[1] pod
-- Returns 0.

local time = redis.call('TIME')
return redis.call('ZADD', KEYS[1], 'XX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
