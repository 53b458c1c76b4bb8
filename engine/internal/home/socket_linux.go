package home

const maxSocketPath = 107
