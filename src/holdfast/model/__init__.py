"""What the domain is made of: numbers and JIDs, messages, events, errors, and the seams between rooms.

Values only: nothing here touches the world, and every room may use all of it. It never imports another room
but kit.
"""
