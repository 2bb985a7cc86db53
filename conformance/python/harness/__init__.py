"""What the tests stand on, in reading order:

server   the server under test as a process, and its HTTP API through the official client `cent`
tokens   tokens signed with the secret of server.json
cable    a TCP relay whose connections a test can cut
peer     the official WebSocket client with events that are remembered, and the base class of its tests
"""
