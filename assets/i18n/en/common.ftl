# Words that several parts use.

common-rehearsal = REHEARSAL
common-real-voters = REAL VOTERS
