-- Ends a task with the outcome of its run.
--
-- KEYS[1] task   KEYS[2] the pod's tasks   KEYS[3] the owner's tasks that have not ended
-- ARGV[1] run   ARGV[2] id   ARGV[3] kind of outcome   ARGV[4] outcome
-- Returns the pods that watch it; nil: it has ended otherwise, or another run has it.

redis.call('SREM', KEYS[2], ARGV[2])
local task = redis.call('HMGET', KEYS[1], 'p', 'e', 'o')
if task[2] ~= ARGV[1] then return false end
if task[1] ~= 'ended' and (not task[3] or (task[1] ~= 'running' and task[1] ~= 'waiting')) then return false end
local watching = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  local kind = string.sub(field, 1, 2)
  if kind == 'w:' then watching[#watching + 1] = string.sub(field, 3) end
  if kind == 'q:' or kind == 'a:' then redis.call('HDEL', KEYS[1], field) end
end
if task[1] == 'ended' then return watching end
local time = redis.call('TIME')
redis.call('HDEL', KEYS[1], 'o', 'x')
redis.call('HSET', KEYS[1], 'p', 'ended', 't', ARGV[3], 'd', ARGV[4], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('ZREM', KEYS[3], ARGV[2])
return watching
