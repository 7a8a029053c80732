"""What is Vietnamese about text: names."""
