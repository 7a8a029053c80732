"""What is Vietnamese about text: names, dates, numbers, ages."""
