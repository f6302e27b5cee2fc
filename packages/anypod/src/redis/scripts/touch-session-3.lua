-- Renews a session's keys once a tenth of the TTL has passed.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] questions
-- ARGV[1] session TTL, ms
-- Returns 1, or 0: no such session.

local left = redis.call('PTTL', KEYS[1])
if left == -2 then return 0 end
if left < tonumber(ARGV[1]) * 0.9 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[1])
end
return 1
