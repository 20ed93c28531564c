module example.org/house

go 1.26.0

require (
	example.org/heavy v0.0.0
	example.org/wrapper v0.0.0
)

replace (
	example.org/heavy => ./heavy
	example.org/wrapper => ./wrapper
)
