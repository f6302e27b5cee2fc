-- Reads a session, notes that a pod caches it, and renews its keys once a tenth of the TTL has passed.
--
-- KEYS[1] session   KEYS[2] subscriptions   KEYS[3] cancelled   KEYS[4] questions
-- ARGV[1] the pod's field   ARGV[2] session TTL, ms   ARGV[3] the prefix of the fields of registry changes
-- Returns { record, level or nil, subscriptions, cancelled request ids, notifications (JSON) or nil, fields and values of registry changes in turns }, or
-- nil: no such session.

local fields = redis.call('HMGET', KEYS[1], 'r', 'l', ARGV[1], 'n', 'vb')
if not fields[1] then return false end
if not fields[3] then redis.call('HSET', KEYS[1], ARGV[1], '1') end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) * 0.9 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  redis.call('PEXPIRE', KEYS[4], ARGV[2])
end
local changes = {}
if fields[5] then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if string.sub(field, 1, #ARGV[3]) == ARGV[3] then
      table.insert(changes, field)
      table.insert(changes, redis.call('HGET', KEYS[1], field))
    end
  end
end
return { fields[1], fields[2], redis.call('SMEMBERS', KEYS[2]), redis.call('ZRANGE', KEYS[3], 0, -1), fields[4], changes }
