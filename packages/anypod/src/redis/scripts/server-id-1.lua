-- Names the server process that has a key. After a failover or a restart it is another one.
--
-- KEYS[1] any key
-- Returns its run id, or null if the user may not run INFO.

local info = redis.pcall('INFO', 'server')
if type(info) ~= 'string' then
  return false
end
return string.match(info, 'run_id:(%x+)')
