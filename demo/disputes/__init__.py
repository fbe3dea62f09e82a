"""Disputes of three shops: furniture that is shipped, software by subscription, a house that takes bookings."""
