"""Who, where and what: names of people, addresses and products, by rules that ship and by taggers of one's own."""
