"""The screens. Each module has `page(db, site, address, now)`; `dashboard/router.py` names them."""
