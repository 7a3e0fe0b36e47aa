-- Definitions that hold no more; they stay as what held until then.
update visit_definition set ended = %(now)s where site_id = %(site_id)s and version = any(%(versions)s)
