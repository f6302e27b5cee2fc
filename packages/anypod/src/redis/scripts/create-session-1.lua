-- Stores a new session, cached by one pod.
--
-- KEYS[1] session
-- ARGV[1] record (JSON)   ARGV[2] the pod's field   ARGV[3] session TTL, ms   ARGV[4] where the log of changes is now
-- Returns 1.

redis.call('HSET', KEYS[1], 'r', ARGV[1], ARGV[2], '1', 'dp', '0-0', 'dc', ARGV[4])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
