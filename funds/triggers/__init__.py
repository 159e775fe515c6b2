"""What the database itself refuses, in PL/pgSQL, one module per table family.

Locks: a statement that books into a month holds the organisation's lock on its months shared, a change of a month's
state holds it exclusively. So a booking and a closing that meet are one after the other, never through each other, and
so are a closing of one month and a reopening of another.
"""
