-- A finding that still holds, with its present evidence; it began when it was first said to.
update finding set evidence = %(evidence)s, odds = %(odds)s, seen = %(now)s where finding_id = %(finding_id)s
