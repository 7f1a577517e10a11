document.title = 'Duly'
