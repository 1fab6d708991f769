"""The practices themselves, each a replaced ingredient; `assignment.catalogue` says what they are for."""
