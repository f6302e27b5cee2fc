-- Sets the message of a task that runs, or whose handler waits.
--
-- KEYS[1] task
-- ARGV[1] run   ARGV[2] message
-- Returns the pods that watch it; nil: it has ended, or another run has it.

local task = redis.call('HMGET', KEYS[1], 'p', 'e', 'o')
if task[2] ~= ARGV[1] or not task[3] or (task[1] ~= 'running' and task[1] ~= 'waiting') then return false end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'm', ARGV[2], 'u', time[1] * 1000 + math.floor(time[2] / 1000))
local watching = {}
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 2) == 'w:' then watching[#watching + 1] = string.sub(field, 3) end
end
return watching
