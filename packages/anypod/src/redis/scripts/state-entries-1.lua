-- Reads all entries of a place.
--
-- KEYS[1] session or handle
-- ARGV[1] the prefix of the entries' fields
-- Returns fields and values in turns.

local all = redis.call('HGETALL', KEYS[1])
local entries = {}
for i = 1, #all, 2 do
  if string.sub(all[i], 1, #ARGV[1]) == ARGV[1] then
    table.insert(entries, all[i])
    table.insert(entries, all[i + 1])
  end
end
return entries
