"""What the database itself refuses, in PL/pgSQL, one module per table family.

Locks: a statement that books into a month holds that month's advisory lock shared, a change of the month's state
holds it exclusively. So a booking and a closing that meet are one after the other, never through each other.
"""
