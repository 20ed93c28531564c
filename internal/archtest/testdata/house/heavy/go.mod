module example.org/heavy
