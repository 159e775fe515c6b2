"""Forms: what was typed becomes values; the rules are in the actions."""
