"""Update rules to C text."""
