package odd

// TODO: what lies in testdata is not judged.
