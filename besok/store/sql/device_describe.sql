-- Notes what the site files say about a device.
update device set model = %(model)s, interval_s = %(interval_s)s where source = %(source)s and external_id = %(external_id)s
