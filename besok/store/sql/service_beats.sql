-- The last beat of each service.
select name, heard, detail from service order by name
