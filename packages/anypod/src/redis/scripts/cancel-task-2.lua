-- Cancels a task that has not ended.
--
-- KEYS[1] task   KEYS[2] the owner's tasks that have not ended
-- ARGV[1] id
-- Returns { pod that runs it or empty, state or empty, pods that watch it ... }; nil: there is no such task, or it has ended.

local task = redis.call('HMGET', KEYS[1], 'p', 'o', 'x')
if not task[1] or task[1] == 'ended' or task[1] == 'cancelled' then return false end
local reply = { task[2] or '', task[3] or '' }
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then reply[#reply + 1] = string.sub(field, 3) end
  if kind == 'q:' or kind == 'a:' then redis.call('HDEL', KEYS[1], field) end
end
local time = redis.call('TIME')
redis.call('HDEL', KEYS[1], 'o', 'x')
redis.call('HSET', KEYS[1], 'p', 'cancelled', 'u', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('ZREM', KEYS[2], ARGV[1])
return reply
