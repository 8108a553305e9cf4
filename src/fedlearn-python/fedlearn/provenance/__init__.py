"""What the coordinator signs: receipts, manifests, its key."""
