-- Notes that a pod writes a log.
--
-- KEYS[1] owned
-- ARGV[1] session and stream (JSON)   ARGV[2] how long to keep the entries if the pod does not renew them, ms
-- Returns 1.

redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
