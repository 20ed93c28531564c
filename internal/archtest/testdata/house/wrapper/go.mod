module example.org/wrapper

require example.org/heavy v0.0.0
