"""The practices themselves, each a replaced ingredient; `assignment.practices.catalogue` says what they are for."""
