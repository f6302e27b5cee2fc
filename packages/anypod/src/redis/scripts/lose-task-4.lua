-- Ends the run of a lost pod: queues the task again if it may run again, else ends it.
--
-- KEYS[1] task   KEYS[2] the lost pod's tasks   KEYS[3] queue   KEYS[4] the owner's tasks that have not ended
-- ARGV[1] id   ARGV[2] lost pod   ARGV[3] how often it may be lost   ARGV[4] kind of outcome   ARGV[5] outcome   ARGV[6] message
-- Returns { 'requeued' or 'failed', pods that watch it ... }; nil: this pod does not run it.

redis.call('SREM', KEYS[2], ARGV[1])
local task = redis.call('HMGET', KEYS[1], 'p', 'o', 's', 'n')
if task[2] ~= ARGV[2] or (task[1] ~= 'running' and task[1] ~= 'waiting') then return false end
local again = task[3] == '1' and tonumber(task[4]) < tonumber(ARGV[3])
local reply = { again and 'requeued' or 'failed' }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
  if kind == 'q:' or (kind == 'a:' and not again) then redis.call('HDEL', KEYS[1], field) end
end
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('HINCRBY', KEYS[1], 'e', 1)
redis.call('HDEL', KEYS[1], 'o')
redis.call('HSET', KEYS[1], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
if again then
  redis.call('HSET', KEYS[1], 'p', 'queued')
  redis.call('XADD', KEYS[3], '*', 't', ARGV[1])
else
  redis.call('HDEL', KEYS[1], 'x')
  redis.call('HSET', KEYS[1], 'p', 'ended', 't', ARGV[4], 'd', ARGV[5], 'm', ARGV[6])
  redis.call('ZREM', KEYS[4], ARGV[1])
end
return reply
