"""The people's side of a running drill: who speaks, what they enter, what they may see. It judges nothing."""
