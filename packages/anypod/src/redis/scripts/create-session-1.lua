-- Stores a new session, cached by one pod.
--
-- KEYS[1] session
-- ARGV[1] record (JSON)   ARGV[2] the pod's field   ARGV[3] session TTL, ms   ARGV[4] where the log of changes is now
-- ARGV[5...] fields and values of its first entries, in turns
-- Returns 1.

redis.call('HSET', KEYS[1], 'r', ARGV[1], ARGV[2], '1', 'dp', '0-0', 'dc', ARGV[4])
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
