"""Views: load, form, one action or query call, redirect or render."""
