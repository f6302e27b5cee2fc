-- Records a question of a session.
--
-- KEYS[1] session   KEYS[2] questions
-- ARGV[1] the question's owner field   ARGV[2] owner   ARGV[3] session TTL, ms
-- Returns 1, or 0: no such session.

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[2], ARGV[3])
