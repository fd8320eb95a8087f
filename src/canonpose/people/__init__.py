"""Who is who, where a camera saw several people: tracks over time, and one person across views."""
