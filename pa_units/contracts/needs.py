"""What an agent can rely on in another one that it depends on.

Kept in the ledger of both: a dependency that was installed without being asked for it cannot give
it, and one that is installed anew must go on giving it.
"""

HEALTHY = "healthy"
"""its start is done only once its health check says so"""
COMPLETED = "completed_successfully"
"""it ends by itself, and counts as started once it ended with success"""
RESTART = "restart"
"""it tells its dependants when it has started again"""
