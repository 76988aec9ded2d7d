"""Who may take events in, and who changes what they mean.

Intake, and whatever else changes what a decision earned, shares the lock.  Closing reward windows
and withdrawing a consent take it alone: they wait for what is on its way in, and what comes after
them sees what they said.  It ends with the transaction, and is one lock for each workspace.
"""

from sqlalchemy import text

ALONE = text("SELECT pg_advisory_xact_lock(hashtext('intake'), decision_lock_class())")
SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtext('intake'), decision_lock_class())")
