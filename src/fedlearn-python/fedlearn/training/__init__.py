"""What a trainer sees, and the vectors that its tensors become."""
